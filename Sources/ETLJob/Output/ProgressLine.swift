import ETLCore
import Foundation

/// A line on a terminal that says how far a long task is; nothing elsewhere.
final class ProgressLine {
    private let isShown: Bool
    private var lastDrawn = ContinuousClock.now
    private var isDrawn = false

    init(isShown: Bool) {
        self.isShown =
            isShown && Output.standardError.isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    func show(_ text: String) {
        guard isShown, lastDrawn.duration(to: .now) > .milliseconds(80) else { return }
        lastDrawn = .now
        StandardError.writeRaw("\r\u{1B}[K\(text)")
        isDrawn = true
    }

    func clear() {
        if isDrawn { StandardError.writeRaw("\r\u{1B}[K") }
        isDrawn = false
    }
}
