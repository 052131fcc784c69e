"""What a teacher does: takes submissions in, grades them all, hands back grades and feedback.

intake          what was downloaded, as submissions
graded          what grading made of them, as data
public          a verdict as its student may see it
duplicates      which of them are alike
misconceptions  which wrong answer of the course's an attempt fails like
gradebooks      files for other tools
reports         pages for people
"""
