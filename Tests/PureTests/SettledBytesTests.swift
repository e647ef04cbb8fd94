@testable import ETLCore
import Testing

/// Which steps of a table's bytes count as growth.
@Suite struct SettledBytesTests {
    private func sums(_ steps: [Double]) -> [Double] { steps.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) } }

    private func settledSteps(_ steps: [Double], newRows: [Double]) -> [Double] {
        let settled = SettledBytes.settle(sums(steps), rows: sums(newRows))
        #expect(settled.last == steps.reduce(0, +) && settled.count == steps.count + 1)
        return zip(settled.dropFirst(), settled).map { $0 - $1 }
    }

    private let page = 8192.0
    private let usual: [Double] = [13, 12, 13, 14, 12, 13, 13, 12, 14, 13]

    @Test func aStepThatHappenedOnceIsTakenBack() {
        var steps = usual.map { $0 * page }
        steps[4] = 77 * page
        let settled = settledSteps(steps, newRows: Array(repeating: 400, count: 10))
        #expect(settled[4] == 13 * page)
        for index in 0..<10 where index != 4 { #expect(settled[index] == steps[index]) }
        steps[4] = -500 * page  // a table cut short
        #expect(settledSteps(steps, newRows: Array(repeating: 400, count: 10))[4] == 13 * page)
    }

    @Test func aLargeBatchStays() {
        var (steps, newRows) = (usual.map { $0 * page }, Array(repeating: 400.0, count: 10))
        (steps[6], newRows[6]) = (130 * page, 4000)
        #expect(settledSteps(steps, newRows: newRows) == steps)
    }

    @Test func tablesThatGrowBySinglePagesAreLeftAlone() {
        let lumps: [Double] = [0, 0, 0, 1, 0, 0, 0, 0, 4, 0].map { $0 * page }
        #expect(settledSteps(lumps, newRows: Array(repeating: 1, count: 10)) == lumps)
        let few = [13, 12, 90, 13].map { $0 * page }
        #expect(settledSteps(few, newRows: [400, 400, 400, 400]) == few)
        #expect(SettledBytes.settle([], rows: []).isEmpty && SettledBytes.settle([5], rows: [1]) == [5])
    }

    /// window_assets over twenty batches: its rows come and go, its files grow until vacuum has been there.
    @Test func rowsThatComeAndGoExplainNothing() throws {
        let newRows: [Double] = [395, 396, -4, 1, -8, 1, 2, 5, 1, -2, 1, 1, -6, -2, 3, 5, 6, 0, -1]
        let pages: [Double] = [4, 4, 4, 5, 4, 4, 4, 5, 4, 4, 4, 5, 4, 4, 4, 5, 4, 4, 4]
        let steps = pages.map { $0 * page }
        #expect(SettledBytes.median(newRows) == 1)
        #expect(settledSteps(steps, newRows: newRows) == steps)
        let points = zip(sums(steps), sums(newRows)).enumerated().map { batch, size in
            GrowthForecast.Point(batchID: batch, time: Double(batch), value: size.0, rows: size.1)
        }
        let perBatch = try #require(GrowthForecast(points)).perBatch
        #expect(perBatch.low > 4 * page && perBatch.high < 5 * page)
    }

    @Test func thePageForetellsWhatTheCommandDoes() throws {
        var steps = usual.map { $0 * page }
        steps[4] += 64 * page
        let bytes = sums(steps).map { Int($0) }
        let history = bytes.enumerated().map { batch, size in
            GrowthMeasurement(
                batchID: batch, time: Double(batch), rowCount: batch * 400, heapBytes: size, indexBytes: 0,
                toastBytes: 0, deadRows: nil, hotUpdateShare: nil)
        }
        let sizes = history.map {
            ReportData.Size(
                batch: $0.batchID, time: $0.time, rows: $0.rowCount, bytes: $0.totalBytes, heap: $0.heapBytes,
                index: 0, toast: 0)
        }
        let command = try #require(TableGrowth(table: "scores", history: history)?.bytes)
        let onPage = try #require(GrowthOutlook.forecast(.init(name: "scores", elements: sizes)))
        #expect(onPage == command)
        #expect(abs(onPage.perBatch.value / (13 * page) - 1) < 0.05)
    }

    @Test func theForecastLeavesItOutAndItsIntervalDoesNot() throws {
        func forecast(_ steps: [Double]) throws -> GrowthForecast {
            let points = zip(sums(steps), 0...).map { value, batch in
                GrowthForecast.Point(batchID: batch, time: Double(batch), value: value, rows: Double(batch) * 400)
            }
            return try #require(GrowthForecast(points))
        }
        var steps = usual.map { $0 * page }
        let undisturbed = try forecast(steps)
        steps[4] += 64 * page
        let disturbed = try forecast(steps)
        #expect(abs(disturbed.perBatch.value / undisturbed.perBatch.value - 1) < 0.02)
        #expect(disturbed.standardError > 10 * undisturbed.standardError)
        // The mean step, as the plain line nearly has it, is within the interval.
        #expect(disturbed.perBatch.high > steps.reduce(0, +) / 10)
    }
}
