import Foundation
import Subprocess
import TestSupport
import Testing

@testable import ETLCore

/// The page in a real browser.
@Suite(.serialized) struct ReportPageTests {
    /// Writes a page to a file of its own.
    private func file(_ html: String) throws -> String {
        let path = "\(try temporaryFolder())/report.html"
        try Data(html.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let checks = "\(TestServer.repositoryRoot)/Tests/BrowserTests/checks.js"

    @Test(arguments: SampleReport.allCases)
    func isSoundAtEveryWidthInLightAndDark(report: SampleReport) throws {
        let checks = try String(contentsOfFile: Self.checks, encoding: .utf8)
        let path = try file(report.html())
        let browser = try Browser()
        defer { browser.close() }
        for width in [390, 1400] {
            for theme in ["light", "dark"] {
                try browser.show(width: width, theme: theme)
                try browser.open(path)
                let findings = try #require(try browser.evaluate("\(checks)(\(width))") as? [String])
                #expect(findings == [], "\(report), \(width) pixels, \(theme)")
                #expect(try browser.complaints() == [], "\(report), \(width) pixels, \(theme)")
            }
        }
        let charts = try browser.evaluate("document.querySelectorAll('svg[role=img]').length") as? Int ?? 0
        #expect(report == .empty ? charts == 0 : charts >= 3)
    }

    @Test func hoverAndArrowKeysReadExactValues() throws {
        let browser = try Browser()
        defer { browser.close() }
        try browser.show(width: 1400, theme: "light")
        try browser.open(file(SampleReport.usual.html()))
        func readout(_ figure: String) throws -> String? {
            try browser.evaluate("document.querySelector('#\(figure) .readout').textContent") as? String
        }
        #expect(try readout("scores-1")?.hasPrefix("Batch 19 ") == true)
        _ = try browser.evaluate("document.querySelector('#scores-1 .plot').focus()")
        try browser.press("ArrowLeft")
        try browser.press("ArrowLeft")
        let row = "[...document.querySelectorAll('#scores-1 tbody tr:nth-child(3) td')].map((cell) => cell.textContent)"
        let cells = try #require(try browser.evaluate(row) as? [String])
        let text = try #require(try readout("scores-1"))
        #expect(text.hasPrefix("Batch 17 ") && cells.count == 7 && cells.allSatisfy(text.contains))
        try browser.press("Home")
        #expect(try readout("scores-1")?.hasPrefix("Batch 2 ") == true)

        _ = try browser.evaluate("document.querySelector('#rejects').scrollIntoView({block: 'center'})")
        let place =
            "(() => { const box = document.querySelector('#rejects svg').getBoundingClientRect(); "
            + "return [box.left + box.width * 0.16, box.top + box.height / 2]; })()"
        let point = try #require(try browser.evaluate(place) as? [Double])
        try browser.point(x: point[0], y: point[1])
        #expect(try readout("rejects")?.hasPrefix("Batch 0 ") == true)
        #expect(try browser.complaints() == [])
    }

    @Test(arguments: [SampleReport.usual, .thousandBatches, .oddNames])
    func isCompleteOnPaper(report: SampleReport) throws {
        let browser = try Browser()
        defer { browser.close() }
        try browser.show(width: 700, theme: "dark", media: "print")
        try browser.open(file(report.html()))
        _ = try browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        let clipped = """
            [...document.querySelectorAll('.scroll, .plot, body')]
            .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
            .map((box) => `${box.className || box.tagName} of ${box.closest('figure')?.id}`)
            """
        #expect(try browser.evaluate(clipped) as? [String] == [])
        let closed = "[...document.querySelectorAll('table')].filter((table) => !table.checkVisibility()).length"
        #expect(try browser.evaluate(closed) as? Int == 0)
        #expect(try browser.printed().starts(with: Data("%PDF".utf8)))
    }

    /// The browser's XML parser takes the page only where every tag is closed and every attribute quoted.
    @Test(arguments: SampleReport.allCases)
    func isWellFormedAndValid(report: SampleReport) async throws {
        let html = try report.html()
        let browser = try Browser()
        defer { browser.close() }
        let literal = String(decoding: try JSONEncoder().encode(html), as: UTF8.self)
        let parse = "new DOMParser().parseFromString(\(literal), 'application/xhtml+xml').querySelector('parsererror')"
        #expect(try browser.evaluate("\(parse)?.textContent ?? ''") as? String == "")

        let tidy = try await Subprocess.run(
            .name("tidy"), arguments: ["-errors", "-quiet", "-utf8"], input: .string(html),
            output: .string(limit: 1_000_000), error: .string(limit: 1_000_000))
        #expect(tidy.terminationStatus.isSuccess && tidy.standardError.isEmpty, "\(tidy.standardError)")
    }

    @Test func textFromDataStaysText() throws {
        let html = try SampleReport.oddNames.html()
        #expect(html.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(
            !html.unicodeScalars.contains("\u{202E}") && !html.contains("<b onclick") && !html.contains("alert(1)</"))
        let browser = try Browser()
        defer { browser.close() }
        try browser.open(file(html))
        let odd =
            "[...document.querySelectorAll('h3')].filter((heading) => heading.textContent.includes('<b onclick')).length"
        #expect(try browser.evaluate(odd) as? Int == 3)
        #expect(try browser.evaluate("document.querySelectorAll('script').length") as? Int == 1)
        let names = "[...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames())"
        let attributes = try #require(try browser.evaluate("[...new Set(\(names))]") as? [String])
        #expect(attributes.allSatisfy { !$0.hasPrefix("on") && $0 != "\u{301}" }, "\(attributes)")
    }

    @Test func aThousandBatchesMakeAPageOfLessThanTwoMegabytes() throws {
        let data = SampleReport.thousandBatches.data
        #expect(data.batches.count <= ReportData.recent + ReportData.older + 1)
        let html = try SampleReport.thousandBatches.html()
        #expect(html.utf8.count < 2_000_000)
        #expect(html.contains("every 15th"))
    }
}
