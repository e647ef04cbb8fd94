/// The pseudo-random generator of the samples: the same numbers for ever and on every platform.
///
/// SplitMix64 by Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014),
/// in the form of Vigna's public domain `splitmix64.c` (https://prng.di.unimi.it/splitmix64.c). It is a
/// mixed counter, so the n-th number of a stream costs no more than the next one.
struct SplitMix64 {
    private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15
    private var state: UInt64

    /// A stream of its own for each (seed, purpose, batch).
    init(seed: UInt64, purpose: UInt64, batch: Int = 0) {
        let salted = Self.mix(seed &+ Self.increment) ^ Self.mix(purpose &+ Self.increment)
        state = Self.mix(salted &+ UInt64(batch) &* Self.increment)
    }

    /// The stream that `splitmix64.c` gives for this state.
    init(state: UInt64) {
        self.state = state
    }

    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// The number that the `index`-th call of `next()`, counted from 0, returns on an untouched stream.
    func number(at index: Int) -> UInt64 {
        Self.mix(state &+ (UInt64(index) &+ 1) &* Self.increment)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
