internal import Foundation

extension Duration {
    /// The duration in seconds.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// A number with so many decimals, for messages.
public func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
