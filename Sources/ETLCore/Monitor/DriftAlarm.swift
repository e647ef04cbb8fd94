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
    public static func phrases(_ alarms: [DriftAlarm]) -> [String] { phrases(alarms, named: names) }

    /// The same with the industries named in another way.
    static func phrases(_ alarms: [DriftAlarm], named: ([String]) -> String) -> [String] {
        Kind.allCases.compactMap { kind in
            let industries = industries(of: kind, alarms)
            return industries.isEmpty ? nil : "\(kind.subject) \(part(kind, industries, named: named))"
        }
    }

    /// The industries with alarms of a kind, each once, in the order in which they come.
    static func industries(of kind: Kind, _ alarms: [DriftAlarm]) -> [String] {
        alarms.reduce(into: []) { industries, alarm in
            if alarm.kind == kind && !industries.contains(alarm.industry) { industries.append(alarm.industry) }
        }
    }

    /// In, or of, which industries.
    static func part(_ kind: Kind, _ industries: [String], named: ([String]) -> String = names) -> String {
        switch kind {
        case .drift: "in \(named(industries))"
        case .vanished:
            industries.contains(DriftMeasurement.allIndustries) ? "of any industry" : "of \(named(industries))"
        case .mix: "of industries"
        }
    }

    private static func names(_ industries: [String]) -> String {
        RunFindings.enumerated(
            industries.map { $0 == DriftMeasurement.allIndustries ? "all industries together" : $0 })
    }
}
