/// Standard normal numbers by Marsaglia's polar method ("A convenient method for generating normal
/// variables", Marsaglia and Bray, SIAM Review 6, 1964).
///
/// Uses only operations that IEEE 754 defines to the last bit: the C library's `log` differs between
/// platforms, and with it the samples would.
struct NormalSource {
    private var spare: Double?

    mutating func next(from random: inout SplitMix64) -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        while true {
            let first = Self.uniform(random.next())
            let second = Self.uniform(random.next())
            let square = first * first + second * second
            guard square < 1, square > 0 else { continue }
            let factor = (-2 * Self.naturalLogarithm(square) / square).squareRoot()
            spare = second * factor
            return first * factor
        }
    }

    /// A multiple of 2⁻⁵² in −1..<1.
    private static func uniform(_ bits: UInt64) -> Double {
        Double(Int64(bitPattern: bits) >> 11) * 0x1p-52
    }

    /// ln x for a normal x > 0, by the series 2·(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), where
    /// x = m·2ᵉ and m is between √½ and √2; the first term left out is below 10⁻¹⁸.
    static func naturalLogarithm(_ value: Double) -> Double {
        var mantissa = value.significand
        var exponent = Double(value.exponent)
        if mantissa > 1.414_213_562_373_095_1 {
            mantissa /= 2
            exponent += 1
        }
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        var divisor = 21.0
        while divisor >= 1 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return 2 * ratio * sum + exponent * 0.693_147_180_559_945_3
    }
}
