import ArgumentParser
struct LocalCommand: ParsableCommand {}
