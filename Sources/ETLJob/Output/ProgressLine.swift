import ETLCore
import Foundation

/// A line on a terminal that says how far a long task is; nothing elsewhere.
final class ProgressLine {
    private let isShown: Bool
    private var lastDrawn = ContinuousClock.now

    init(isPlain: Bool) {
        isShown = !isPlain && Output.standardError.isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    func show(_ text: String) {
        guard isShown, lastDrawn.duration(to: .now) > .milliseconds(80) else { return }
        lastDrawn = .now
        StandardError.drawBar(text)
    }

    func clear() { StandardError.clearBar() }
}
