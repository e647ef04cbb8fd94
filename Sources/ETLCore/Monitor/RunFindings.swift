/// What a person should look at after a run, by what the run and the ledger know.
public struct RunFindings: Sendable {
    /// A phrase each, with the command that shows more; empty where all is in order.
    public let phrases: [String]

    /// Judges a run.
    ///
    /// - Parameters:
    ///   - report: what the run did.
    ///   - ledger: after the run; a dry run's batches need not be in it.
    public init(_ report: RunReport, ledger: [LedgerEntry]) {
        self.init(
            report,
            counts: Dictionary(
                uniqueKeysWithValues: ledger.map {
                    ($0.batchID, RejectRule.Count(read: $0.readCount, rejected: $0.rejectedCount))
                }))
    }

    /// - Parameter counts: rows by batch, as the ledger has them.
    init(_ report: RunReport, counts: [Int: RejectRule.Count]) {
        let applied = report.batches.filter { $0.status == .applied }
        phrases = Self.drift(applied) + Self.rejects(applied, counts)
    }

    private static func drift(_ applied: [BatchReport]) -> [String] {
        let phrases = DriftAlarm.Kind.allCases.compactMap { alarms(of: $0, applied) }
        return phrases.isEmpty ? [] : ["\(phrases.joined(separator: ", ")) (etl-job drift)"]
    }

    /// Where and when there were alarms of a kind.
    ///
    /// One that has lasted up to the newest batch is told apart from those that were.
    private static func alarms(of kind: DriftAlarm.Kind, _ applied: [BatchReport]) -> String? {
        let industries = DriftAlarm.industries(of: kind, applied.flatMap(\.alarms))
        var groups: [(when: String, industries: [String])] = []
        for industry in industries {
            let alarms = applied.map { $0.alarms.contains(DriftAlarm(kind, industry)) }
            let lasting = alarms.reversed().prefix { $0 }.count
            let ids = zip(applied, alarms).filter(\.1).map(\.0.batchID)
            let when = lasting == ids.count && lasting > 0 ? "since batch \(ids[0])" : "at \(list(ids))"
            if let index = groups.firstIndex(where: { $0.when == when }) {
                groups[index].industries.append(industry)
            } else {
                groups.append((when, [industry]))
            }
        }
        let phrases = groups.map { "\(DriftAlarm.part(kind, $0.industries)) \($0.when)" }
        return phrases.isEmpty ? nil : "\(kind.subject) \(phrases.joined(separator: ", "))"
    }

    private static func rejects(_ applied: [BatchReport], _ counts: [Int: RejectRule.Count]) -> [String] {
        var counts = counts
        for batch in applied { counts[batch.batchID] = .init(read: batch.read, rejected: batch.rejected) }
        let ids = counts.keys.sorted()
        let unusual = applied.filter { batch in
            guard let count = counts[batch.batchID] else { return false }
            let earlier = ids.prefix { $0 < batch.batchID }.suffix(RejectRule.longestHistory).compactMap { counts[$0] }
            return RejectRule.isUnusual(count, after: earlier)
        }
        guard let worst = unusual.max(by: { counts[$0.batchID]?.share ?? 0 < counts[$1.batchID]?.share ?? 0 }) else {
            return []
        }
        let more = unusual.map(\.batchID).filter { $0 != worst.batchID }
        let others = more.isEmpty ? "" : ", as did \(list(more))"
        return [
            "batch \(worst.batchID) rejected \(worst.rejected) of \(worst.read) rows, more than usual\(others) "
                + "(etl-job rejects --batch \(worst.batchID))"
        ]
    }

    /// A, B and C.
    static func enumerated(_ names: [String]) -> String {
        names.count < 2 ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
    }

    /// Batches by their numbers, the older ones of many left out.
    private static func list(_ ids: [Int]) -> String {
        guard ids.count > 1 else { return "batch \(ids.first.map(String.init) ?? "")" }
        let shown = enumerated(ids.suffix(3).map(String.init))
        return ids.count > 3 ? "\(ids.count) batches, the last of them \(shown)" : "batches \(shown)"
    }
}
