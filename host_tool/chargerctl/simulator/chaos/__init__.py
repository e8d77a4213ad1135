# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Episodes of things going wrong, drawn from a seed, carried out on the virtual board, and judged by the world.

ingredients.py   what can go wrong, one function for each
core_profile.py  what the central system sets, unlocks, triggers and clears, by a random stream of its own
stories.py       episodes in which one thing leads to another
restoring.py     after the episode it takes back what it has set
customers.py     who plugs in, shows a card and leaves meanwhile
episode.py       draws from a seed: board, settings, schedule
scene.py         board, world, network, broker and central system, joined for one episode
phases.py        what the program is busy with, by its call stack
relay.py, talk.py, program.py    the invariants: of the relay, of the conversation, of the program
grants.py, endings.py, opening.py    when an authorisation began, when it ended, how soon the relay must open then
judgements/      what is judged of an episode when it is over
carry_out.py     one episode: the schedule, calm, the next customer, the verdict
tally.py         what many episodes add up to
soak.py          many episodes in several processes
"""
