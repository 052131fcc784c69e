"""What an untrusted attempt may not do, on Linux.

sandbox     the words: what holds an attempt, its limits, its death
host        a zygote and its children, as whoever grades meets them
zygotes     which of two kinds of zygote forks for a program, each started when it is needed
zygote      the warm process that forks, on orders; inside: a child's way into the jail
identity, bounds, landlock, readable, seccomp, bpf, syscalls, kernel    the layers
bubblewrap  in the place of Landlock, where there is none
trial       what must fail in a child, tried at each start
choose      which sandbox there is here
doctor      each layer, proved

docs/decisions/0011 says why it is made of these.
"""

from checker.jail.choose import choose
from checker.jail.host import Child, Zygote
from checker.jail.sandbox import Death, JailLimits, NoJail, Sandbox, ZygoteDied
from checker.jail.zygotes import Zygotes

__all__ = [
    "Child",
    "Death",
    "JailLimits",
    "NoJail",
    "Sandbox",
    "Zygote",
    "ZygoteDied",
    "Zygotes",
    "choose",
]
