/// A change at a batch that somebody should look at.
public struct DriftAlarm: Sendable, Hashable {
    /// What has changed.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The scores have moved.
        case drift
        /// No assets are left.
        case vanished
        /// The industries have other shares.
        case mix

        /// What it is called, before the industries that it is in or of.
        var subject: String {
            switch self {
            case .drift: "drift"
            case .vanished: "no assets"
            case .mix: "another mix"
            }
        }

        /// Tells why a measurement of `drift_measurements` is an alarm.
        init(currentCount: Int, isSudden: Bool, drifted: Bool, isBeyondTrend: Bool?) {
            self =
                currentCount == 0 ? .vanished : isSudden && !(drifted && isBeyondTrend ?? true) ? .mix : .drift
        }
    }

    /// The industry, or `(all)` for all of them pooled.
    public let industry: String
    /// What has changed in it.
    public let kind: Kind

    init(_ kind: Kind, _ industry: String) {
        (self.kind, self.industry) = (kind, industry)
    }

    /// Says what the alarms are of, a phrase for each kind: "drift in cars and food", "no assets of clothing".
    public static func phrases(_ alarms: [DriftAlarm]) -> [String] {
        Kind.allCases.compactMap { kind in
            let industries = alarms.filter { $0.kind == kind }.map(\.industry)
            let distinct = industries.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return distinct.isEmpty ? nil : "\(kind.subject) \(part(kind, distinct))"
        }
    }

    /// In, or of, which industries.
    static func part(_ kind: Kind, _ industries: [String]) -> String {
        if kind == .mix { return "of industries" }
        if kind == .vanished && industries.contains(all) { return "of any industry" }
        let names = RunFindings.enumerated(industries.map { $0 == all ? "all industries together" : $0 })
        return "\(kind == .drift ? "in" : "of") \(names)"
    }

    /// The industries of all assets pooled.
    static let all = "(all)"
}
