"""Tries to write into the journal with other times, and by other ways, than its clock has.

exercise: event_loop/round_robin
twin: tests/wrong_answers/02_event_loop/round_robin/newest_first.diff
ended: broke the wire
"""

from checker.lab import current

guest = current.machine().clock.partner
tell = guest.borrower.tell


def forged(message):
    print("tried: a time of its own")
    if message[0] == "write":
        message = ["write", message[1], message[2], 0.0]
    tell(message)


guest.borrower.tell = forged


def run(programs):
    results, ready = {}, list(programs)
    while ready:
        program = ready.pop()
        try:
            brought = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        ready.append(program)
        if brought is not None:
            ready.append(brought)
    return [results[program] for program in programs]
