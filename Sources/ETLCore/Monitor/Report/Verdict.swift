/// Whether everything is all right, and if not, what.
struct Verdict: Sendable {
    /// How one question was answered.
    enum State: String, Sendable {
        case good
        case look
        case open
    }

    /// One question that was looked at.
    struct Check: Sendable {
        var name: String
        var state: State
        var text: String
        /// Whether an open answer leaves the whole open.
        var isNeeded = true
        /// The part of the page that shows it.
        var link: String
    }

    var checks: [Check]

    /// Questions whose answer is worth a look.
    var findings: [Check] { checks.filter { $0.state == .look } }
    /// The headline.
    var title: String {
        let findings = findings.map(\.name)
        switch findings.count {
        case 0:
            return checks.allSatisfy { $0.state == .good || !$0.isNeeded }
                ? "Everything is all right" : "Nothing stands out so far"
        case 1: return "Look at: \(findings[0].lowercased())"
        default:
            let first = findings.dropLast().map { $0.lowercased() }.joined(separator: ", ")
            return "Look at: \(first) and \(findings[findings.count - 1].lowercased())"
        }
    }
}

extension Verdict {
    /// Judges what was read; the growth is judged by its forecast.
    ///
    /// - Parameter run: the run that the page is made after; nil where it is made on its own.
    init(_ data: ReportData, growth: Check, after run: RunOutcome? = nil) {
        checks = [Self.drift(data, after: run), Self.rejects(data), growth, Self.lastRun(data, run)]
    }

    private static func rejects(_ data: ReportData) -> Check {
        var check = Check(name: "Rejects", state: .open, text: "", link: "rejects")
        guard let newest = data.newest, newest.read > 0 else {
            check.text = data.newest.map { "Batch \($0.id) has no rows." } ?? ""
            return check
        }
        let now = "\(percent(newest.rejected, of: newest.read)) of batch \(newest.id) was rejected"
        let earlier = data.batches.dropLast().suffix(RejectRule.longestHistory).filter { $0.read > 0 }
        guard earlier.count >= RejectRule.shortestHistory, let first = earlier.first, let last = earlier.last else {
            check.text = "\(now); what is usual is told from \(RejectRule.shortestHistory) batches before it."
            return check
        }
        let counts = earlier.map { RejectRule.Count(read: $0.read, rejected: $0.rejected) }
        let isUnusual = RejectRule.isUnusual(.init(read: newest.read, rejected: newest.rejected), after: counts)
        check.state = isUnusual ? .look : .good
        let usual = percent(counts.map(\.rejected).reduce(0, +), of: counts.map(\.read).reduce(0, +))
        check.text = """
            \(now), \(isUnusual ? "more than usual" : "as usual") after \(usual) of batches \(first.id) to \(last.id).
            """
        return check
    }

    /// A run that failed is worth a look; a batch is late after three usual pauses, but not before 26 hours.
    private static func lastRun(_ data: ReportData, _ run: RunOutcome?) -> Check {
        var check = Check(name: run == nil ? "Newest batch" : "Last run", state: .open, text: "", link: "runs")
        if let newest = data.newest, let age = data.totals.age {
            let patience = max(3 * (data.totals.usualPause ?? 0), 26 * 3600)
            check.state = age > patience ? .look : .good
            let expected = age > patience ? ", longer than three usual pauses between batches" : ""
            check.text = """
                Batch \(newest.id) was applied at \(newest.appliedAt) UTC, \(ageText(age)) before this page was \
                made\(expected).
                """
        }
        guard let run, run.exitCode != 0 else { return check }
        check.state = .look
        let why = run.failure.map { ": \(shortened($0, to: 300))" } ?? ""
        let end = why.hasSuffix(".") || why.hasSuffix("…") ? "" : "."
        check.text = "The run at \(data.totals.madeAt) ended with \(run.exitCode)\(why)\(end) \(check.text)"
        return check
    }

    /// A span of time in the unit that people would choose.
    static func ageText(_ seconds: Double) -> String {
        switch max(seconds, 0) {
        case ..<90: counted(Int(max(seconds, 0).rounded()), "second", "seconds")
        case ..<5400: counted(Int((seconds / 60).rounded()), "minute", "minutes")
        case ..<172_800: counted(Int((seconds / 3600).rounded()), "hour", "hours")
        default: counted(Int((seconds / 86_400).rounded()), "day", "days")
        }
    }
}
