internal import Foundation

extension Duration {
    /// The duration in seconds.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// A number with so many decimals, for messages.
public func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

/// A whole number with thousands separators: 1,234,567.
public func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { result += "," }
        result.append(digit)
    }
    return number < 0 ? "-" + result : result
}

/// A duration: 0.02 s, 1 m 05 s.
public func durationText(_ seconds: Double) -> String {
    if seconds < 60 { return decimal(seconds, 2) + " s" }
    let whole = Int(seconds.rounded())
    return "\(whole / 60) m " + String(format: "%02d", whole % 60) + " s"
}

/// A number and its noun: 1 batch, 2 batches.
public func counted(_ number: Int, _ singular: String, _ plural: String) -> String {
    "\(grouped(number)) \(number == 1 ? singular : plural)"
}
