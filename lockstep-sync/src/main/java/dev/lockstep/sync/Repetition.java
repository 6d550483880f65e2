package dev.lockstep.sync;

/** What it does to the data if a command is carried out a second time right behind the first. */
enum Repetition {
    HARMLESS,
    HARMFUL,
    /** Either, depending on the command's options. */
    BY_OPTIONS
}
