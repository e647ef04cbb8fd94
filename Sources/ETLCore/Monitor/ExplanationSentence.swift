internal import Foundation

extension Explanation {
    /// Why the percentile moved, in one sentence for people who know nothing of distributions: what pushed in the
    /// direction of the change first, the strongest first; then what pushed against it.
    public var sentence: String {
        let places = self.places
        let from = decimal(before.percentile.rounded(places), places)
        let to = decimal(after.percentile.rounded(places), places)
        let verb = change == 0 ? "Stayed at" : change < 0 ? "Fell from" : "Rose from"
        let lead =
            hasNewIndustry
            ? "\(verb) \(from) in \(before.industry)\(change == 0 ? "" : " to \(to)") in \(after.industry)"
            : "\(verb) \(from)\(change == 0 ? "" : " to \(to)") in \(before.industry)"
        let causes = self.causes(places)
        let direction = change < 0 ? -1.0 : 1.0
        let (with, against) = (causes.filter { $0.points * direction > 0 }, causes.filter { $0.points * direction < 0 })
        var clauses: [String] = []
        if !with.isEmpty { clauses.append(with.map(\.text).joined(separator: ", and ")) }
        if !against.isEmpty {
            clauses.append((with.isEmpty ? "" : "against that, ") + against.map(\.text).joined(separator: ", and "))
        }
        if causes.isEmpty { clauses.append("what left the window and what entered it made no difference") }
        if let remark = ownScoreRemark(causes) { clauses.append(remark) }
        return "\(lead): \(clauses.joined(separator: "; "))."
    }

    /// One decimal, or as many as it takes to tell the two percentiles apart.
    private var places: Int {
        guard change != 0 else { return 1 }
        return (1...15).first { before.percentile.rounded($0) != after.percentile.rounded($0) } ?? 15
    }

    private struct Cause {
        let part: String
        let points: Double
        let text: String
    }

    /// The parts that made a visible difference, the largest first.
    private func causes(_ places: Int) -> [Cause] {
        var causes: [Cause] = []
        for part in parts {
            let points = part.points.rounded(places)
            let text = signed(points, places)
            guard text.first == "−" || text.first == "+" else { continue }
            causes.append(Cause(part: part.part, points: points, text: clause(part, points, "\(text) points")))
        }
        return causes.sorted { abs($0.points) > abs($1.points) }
    }

    private func clause(_ part: Part, _ points: Double, _ effect: String) -> String {
        guard let batches = part.batches, let counts = part.counts else {
            if hasNewIndustry {
                let score =
                    before.score == after.score ? "" : " with a score of \(after.score) instead of \(before.score)"
                return "it is now compared with \(after.industry) instead of \(before.industry)\(score) (\(effect))"
            }
            return "its own score \(before.score < after.score ? "rose" : "fell") from \(before.score) to "
                + "\(after.score) (\(effect))"
        }
        let isEntering = part.part == "entered"
        let subject =
            "\(batches.count == 1 ? "batch" : "batches") \(listed(batches)), which \(isEntering ? "entered" : "left") "
            + "the window,"
        let assets = "\(counts.inAll == 1 ? "1 asset" : "\(counts.inAll) assets")"
        guard kept.inAll > 0 else {
            let share = percent(counts.below, counts.inAll, 0)
            return "\(subject) replaced all that it was compared with (\(share) of \(assets) score lower; \(effect))"
        }
        // What enters lowers a percentile by higher scores, what leaves by lower ones.
        let looksHigher = isEntering == (points < 0)
        let verb = isEntering ? "brought" : "took away"
        for (share, isHigher) in [("a larger share", looksHigher), ("a smaller share", !looksHigher)] {
            let (theirs, stayed) = isHigher ? (counts.above, kept.above) : (counts.below, kept.below)
            // Whole numbers: a / b > c / d.
            let difference = theirs * kept.inAll - stayed * counts.inAll
            guard share == "a larger share" ? difference > 0 : difference < 0 else { continue }
            let figures = compared((theirs, counts.inAll), (stayed, kept.inAll))
            return "\(subject) \(verb) \(share) of assets that score \(isHigher ? "higher" : "lower") "
                + "(\(figures.0) of \(assets), against \(figures.1) of the \(kept.inAll) that stayed; \(effect))"
        }
        return "\(subject) changed how many it is compared with (\(verb) \(assets); \(effect))"
    }

    /// What is to be said of the own score where it is not among the causes.
    private func ownScoreRemark(_ causes: [Cause]) -> String? {
        if causes.contains(where: { $0.part == ownScore.part }) { return nil }
        if hasNewIndustry {
            return "that it is now compared with \(after.industry) instead of \(before.industry) made no difference"
        }
        if before.score != after.score {
            return "that its own score changed from \(before.score) to \(after.score) made no difference"
        }
        return before.scoredBatchID == after.scoredBatchID
            ? "its own score did not change" : "it was scored again, with the same score"
    }

    /// Two shares in whole per cent, or as finely as it takes to tell them apart.
    private func compared(_ one: (Int, Int), _ other: (Int, Int)) -> (String, String) {
        let pairs = (0...6).map { (percent(one.0, one.1, $0), percent(other.0, other.1, $0)) }
        return pairs.first { $0.0 != $0.1 } ?? pairs[0]
    }

    private func percent(_ count: Int, _ all: Int, _ places: Int) -> String {
        "\(decimal(100 * Double(count) / Double(all), places)) %"
    }
}

/// Numbers as people list them: 5, 6 and 7.
public func listed(_ numbers: [Int]) -> String {
    guard let last = numbers.last, numbers.count > 1 else { return numbers.map(String.init).joined() }
    return numbers.dropLast().map(String.init).joined(separator: ", ") + " and \(last)"
}
