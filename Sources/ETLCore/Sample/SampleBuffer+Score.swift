/// The power of ten that scores are rounded with.
struct DecimalScale {
    let decimals: Int
    let power: UInt
    let factor: Double

    init(decimals: Int) {
        self.decimals = decimals
        power = (0..<decimals).reduce(1) { product, _ in product * 10 }
        factor = Double(power)
    }
}

extension SampleBuffer {
    /// Appends `units` / 10^decimals as Python prints it (0.471, 0.5, 1.0), though never with an exponent.
    mutating func appendScore(_ units: Int, scale: DecimalScale) {
        if units < 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: scale.power)
        appendDecimal(whole)
        append(UInt8(ascii: "."))
        var fraction = rest
        var width = scale.decimals
        while width > 1, fraction.isMultiple(of: 10) {
            fraction /= 10
            width -= 1
        }
        appendDecimal(fraction, width: max(width, 1))
    }

    /// Appends the shortest text that reads back as this double, without an exponent.
    ///
    /// - Precondition: The number is finite and below 2⁵³ in size.
    mutating func appendScore(_ score: Double) {
        // Adding 0 turns −0.0 into 0.0.
        let text = (score + 0).description.utf8
        guard let mark = text.firstIndex(of: UInt8(ascii: "e")) else {
            for byte in text { append(byte) }
            return
        }
        // Such as -1.25e-05: the exponent counts the zeros before the digits, that before the point included.
        let exponent = text[mark...].dropFirst(2).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        precondition(score.magnitude < 1 && exponent < 200, "no score: \(score)")
        if score < 0 { append(UInt8(ascii: "-")) }
        append("0.")
        for _ in 1..<exponent { append(UInt8(ascii: "0")) }
        for byte in text[..<mark] where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            append(byte)
        }
    }
}
