"""Attacks on what the filter refuses: `python3 kernel-fixture FILTER ...`.

attack GROUP root|nobody  prints {attack: [without, with]}: "ok", the name of an errno or of a signal
numbers                   reads a list of numbers of system calls, calls each with zeros, prints what came of it
run ARGV...               becomes the program, filtered
"""
import errno, json, os, sys

import attacks, namespaces, privileged, set_id
from harness import attempt, call, install, outcome

GROUPS = {**vars(attacks), **vars(set_id), **vars(privileged)}

with open(sys.argv[1], 'rb') as file:
    code = file.read()
command, *rest = sys.argv[2:]
if command == 'run':
    install(code)
    os.execvp(rest[0], rest)
elif command == 'numbers':
    numbers = json.load(sys.stdin)
    install(code)
    print(json.dumps([errno.errorcode.get(attempt(call, number, 0, 0, 0, 0, 0, 0), 'ok') for number in numbers]))
else:
    group, is_root = GROUPS[rest[0]], rest[1] == 'root'
    report = {name: [outcome(*pair, code, is_root) for code in (None, code)] for name, pair in group.items()}
    print(json.dumps(report))
