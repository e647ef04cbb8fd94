@testable import ETLCore
import Foundation
import Testing

/// The sentences that explain a percentile, word for word.
@Suite struct ExplanationSentenceTests {
    typealias Counts = (below: Int, equal: Int, above: Int)

    /// An explanation by percent_rank; the old score is counted in what stayed, left and entered.
    private static func explanation(
        kept: Counts, left: Counts, entered: Counts, score: (old: Double, new: Double) = (0.5, 0.5),
        scoredIn: (old: Int, new: Int) = (6, 6), industry: (old: String, new: String) = ("food", "food"),
        after: Counts? = nil, batches: (left: [Int], entered: [Int]) = ([5], [8])
    ) -> Explanation {
        func counts(_ parts: Counts...) -> Explanation.Counts {
            .init(
                below: parts.map(\.below).reduce(0, +), equal: parts.map(\.equal).reduce(0, +),
                above: parts.map(\.above).reduce(0, +))
        }
        func percentile(_ counts: Explanation.Counts) -> Decimal {
            let exact = counts.inAll < 2 ? 0 : 100 * Double(counts.below) / Double(counts.inAll - 1)
            return Decimal(string: "\(exact)") ?? 0
        }
        let (old, whole) = (counts(kept, left), counts(kept, entered))
        let new = after.map { counts($0) } ?? whole
        let start = percentile(old)
        let middle = counts(kept).inAll == 0 ? start : percentile(counts(kept))
        let end = percentile(new)
        let isSame = industry.old == industry.new
        return Explanation(
            before: .init(
                asOfBatchID: 7, batches: [5, 6, 7], scoredBatchID: scoredIn.old, score: score.old,
                industry: industry.old, counts: old, percentile: start),
            after: .init(
                asOfBatchID: 8, batches: [6, 7, 8], scoredBatchID: scoredIn.new, score: score.new,
                industry: industry.new, counts: new, percentile: end),
            left: .init(
                part: "left", batches: batches.left, counts: counts(left), percentile: middle, points: middle - start),
            entered: .init(
                part: "entered", batches: batches.entered, counts: counts(entered), percentile: percentile(whole),
                points: percentile(whole) - middle),
            ownScore: .init(
                part: isSame ? "own score" : "own score and industry", batches: nil, counts: nil, percentile: end,
                points: end - percentile(whole)),
            change: end - start)
    }

    @Test func whatEnteredBroughtHigherScores() {
        let fell = Self.explanation(
            kept: (80, 1, 20), left: (36, 0, 9), entered: (40, 1, 60), batches: ([4, 5], [8, 9]))
        #expect(
            fell.sentence == """
                Fell from 80.0 to 59.7 in food: batches 8 and 9, which entered the window, brought a larger share of \
                assets that score higher (59 % of 101 assets, against 20 % of the 101 that stayed; −20.3 points); its \
                own score did not change.
                """)
    }

    @Test func whatLeftAndWhatEnteredPullApart() {
        let rose = Self.explanation(kept: (40, 1, 60), left: (5, 0, 95), entered: (45, 0, 56))
        #expect(
            rose.sentence == """
                Rose from 22.5 to 42.3 in food: batch 5, which left the window, took away a larger share of assets \
                that score higher (95 % of 100 assets, against 59 % of the 101 that stayed; +17.5 points), and batch \
                8, which entered the window, brought a larger share of assets that score lower (45 % of 101 assets, \
                against 40 % of the 101 that stayed; +2.3 points); its own score did not change.
                """)
        let against = Self.explanation(kept: (40, 1, 60), left: (80, 0, 20), entered: (44, 0, 56))
        #expect(against.sentence.contains("Fell from 60.0 to 42.0 in food: batch 5, which left the window, took away"))
        #expect(against.sentence.contains("; against that, batch 8, which entered the window, brought a larger share"))
    }

    @Test func theOwnScoreMoved() {
        let rose = Self.explanation(
            kept: (30, 1, 70), left: (0, 0, 0), entered: (0, 0, 0), score: (0.5, 0.75), scoredIn: (6, 8),
            after: (60, 1, 40), batches: ([], []))
        #expect(rose.sentence == "Rose from 30.0 to 60.0 in food: its own score rose from 0.5 to 0.75 (+30.0 points).")
        let idle = Self.explanation(
            kept: (30, 1, 70), left: (0, 0, 0), entered: (0, 0, 0), score: (0.5, 0.51), scoredIn: (6, 8))
        #expect(
            idle.sentence == """
                Stayed at 30.0 in food: what left the window and what entered it made no difference; that its own \
                score changed from 0.5 to 0.51 made no difference.
                """)
        let again = Self.explanation(kept: (30, 1, 70), left: (0, 0, 0), entered: (0, 0, 0), scoredIn: (6, 8))
        #expect(again.sentence.hasSuffix("it was scored again, with the same score."))
    }

    @Test func theIndustryChanged() {
        let moved = Self.explanation(
            kept: (30, 1, 70), left: (0, 0, 0), entered: (0, 0, 100), score: (0.5, 0.6), scoredIn: (6, 8),
            industry: ("food", "cars"), after: (9, 1, 1))
        #expect(
            moved.sentence == """
                Rose from 30.0 in food to 90.0 in cars: it is now compared with cars instead of food with a score of \
                0.6 instead of 0.5 (+75.0 points); against that, batch 8, which entered the window, brought a larger \
                share of assets that score higher (100 % of 100 assets, against 69 % of the 101 that stayed; −15.0 \
                points).
                """)
    }

    @Test func nothingOfTheWindowStayed() {
        let replaced = Self.explanation(
            kept: (0, 0, 0), left: (5, 1, 5), entered: (2, 1, 8), scoredIn: (5, 8), batches: ([5, 6], [9]))
        #expect(
            replaced.sentence == """
                Fell from 50.0 to 20.0 in food: batch 9, which entered the window, replaced all that it was compared \
                with (18 % of 11 assets score lower; −30.0 points); it was scored again, with the same score.
                """)
    }

    @Test func smallChangesGetTheDecimalsTheyNeed() {
        let small = Self.explanation(kept: (3000, 1, 7000), left: (0, 0, 0), entered: (0, 0, 2))
        #expect(
            small.sentence.hasPrefix("Fell from 30.00 to 29.99 in food: batch 8, which entered the window, brought"))
        #expect(small.sentence.contains("(100 % of 2 assets, against 70 % of the 10001 that stayed; −0.01 points)"))
        let equal = Self.explanation(kept: (50, 51, 0), left: (0, 0, 0), entered: (0, 1, 0))
        #expect(
            equal.sentence == """
                Fell from 50.0 to 49.5 in food: batch 8, which entered the window, brought a smaller share of assets \
                that score lower (0 % of 1 asset, against 50 % of the 101 that stayed; −0.5 points); its own score \
                did not change.
                """)
        let size = Self.explanation(kept: (1, 1, 0), left: (0, 0, 0), entered: (1, 1, 0))
        #expect(size.sentence.contains("changed how many it is compared with (brought 2 assets; −33.3 points)"))
    }

    @Test func shownPointsAddUpToTheShownChange() {
        let fell = Self.explanation(kept: (71, 1, 127), left: (39, 0, 66), entered: (22, 0, 81))
        for places in 0...4 {
            let sum = fell.shownPoints(places).reduce(0, +)
            #expect(decimal(sum, places) == decimal(fell.change.rounded(places), places))
        }
    }

    @Test func listsReadLikeLists() {
        #expect(
            listed([]).isEmpty && listed([5]) == "5" && listed([5, 6]) == "5 and 6"
                && listed([5, 6, 9]) == "5, 6 and 9")
        #expect(batchRanges([4]) == "batch 4" && batchRanges([2, 3, 4, 7, 9, 10]) == "batches 2 to 4, 7 and 9 to 10")
    }
}
