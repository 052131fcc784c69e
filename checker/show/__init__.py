"""A verdict, shown to people: what a notebook and a page for print have in common.

verdict_html    as HTML             verdict_words    in words
texts           what a program wrote, made fit to be shown
style           light and dark
"""
