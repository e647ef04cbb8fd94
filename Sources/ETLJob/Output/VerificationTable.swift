import ETLCore

/// What a check of the tables found, for a person.
struct VerificationTable {
    private let verification: Verification
    private let style = Style(.standardOutput)

    init(_ verification: Verification) { self.verification = verification }

    var text: String {
        var lines = checks
        if !verification.differences.isEmpty { lines += ["", differences] }
        return (lines + [closing]).joined(separator: "\n")
    }

    private var checks: [String] {
        let width = verification.checks.map(\.name.rawValue.count).max() ?? 0
        return verification.checks.map { check in
            let mark = check.agrees ? style.green("good") : style.red("BAD ")
            let padding = String(repeating: " ", count: width - check.name.rawValue.count)
            let differences =
                check.agrees ? "" : "; " + counted(check.differenceCount, "difference", "differences")
            return "\(mark)  \(check.name.rawValue)\(padding)  \(figures(check))\(differences), "
                + durationText(check.seconds)
        }
    }

    private func figures(_ check: CheckResult) -> String {
        let number = check.lookedAt
        switch check.name {
        case .ledger: return counted(number, "batch", "batches")
        case .distributions: return counted(number, "count", "counts") + " of a score in batch_distributions"
        case .rejections: return counted(number, "rejected row", "rejected rows")
        case .snapshots: return counted(number, "snapshot", "snapshots") + " against the ledger and each other"
        case .percentiles: return counted(number, "percentile", "percentiles") + " recomputed"
        case .figures: return counted(number, "row", "rows") + " of distributions' figures and drift recomputed"
        case .scores:
            return counted(number, "row", "rows") + " of scores, \(grouped(check.nullCount ?? 0)) of them NULL"
        case .window: return counted(number, "row", "rows") + " of window_assets"
        case .inbox: return counted(number, "claimed row", "claimed rows") + " of inference_results"
        case .sources:
            let missing = verification.batchesWithoutFile
            return counted(number, "file", "files") + " hashed"
                + (missing == 0 ? "" : ", " + counted(missing, "batch", "batches") + " without a file")
        }
    }

    private var differences: String {
        var table = TextTable([
            ("check", .left), ("batch", .right), ("id", .left), ("what", .left), ("stored", .left),
            ("recomputed", .left),
        ])
        for difference in verification.differences {
            table.append([
                difference.check.rawValue, difference.batchID.map { "\($0)" } ?? "–", difference.id ?? "–",
                difference.subject, difference.stored ?? "–", difference.recomputed ?? "–",
            ])
        }
        let more = verification.checks.compactMap { check -> String? in
            let listed = verification.differences.count { $0.check == check.name }
            guard check.differenceCount > listed else { return nil }
            return "\(check.name.rawValue): \(grouped(check.differenceCount - listed)) more; --limit N lists more."
        }
        return ([table.render(style)] + more).joined(separator: "\n")
    }

    private var closing: String {
        let batches = counted(verification.batchCount, "batch", "batches")
        if verification.agrees { return "The tables agree: \(batches), nothing differs." }
        let total = verification.checks.map(\.differenceCount).reduce(0, +)
        return "The tables do not agree: \(counted(total, "difference", "differences")) in \(batches)."
    }
}
