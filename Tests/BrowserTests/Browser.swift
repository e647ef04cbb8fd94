import Foundation
import TestSupport

/// A headless Chromium, driven over a pipe by the DevTools protocol; a missing browser is a failure, never a skip.
final class Browser {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A message that no call was waiting for.
    struct Event {
        let method: String
        let parameters: [String: Any]
    }

    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var buffer = Data()
    private var callCount = 0
    private var session: String?
    private var events: [Event] = []

    /// Programs that will do, by name or path; `ETL_BROWSER` names another one.
    private static var program: String? {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment["ETL_BROWSER"] { return named }
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        let places =
            names.flatMap { name in folders.map { "\($0)/\(name)" } } + [
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
            ]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts the browser with an empty page.
    init() throws {
        guard let program = Self.program else {
            throw Failure(description: "No Chromium and no Google Chrome was found; `scripts/test` installs one.")
        }
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The protocol wants descriptors 3 and 4.
        let script = #"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#
        var arguments = [
            "-c", script, program, "--headless=new", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--user-data-dir=\(try temporaryFolder())",
        ]
        // The sandbox does not work for root, as whom containers run tests.
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        process.arguments = arguments + ["about:blank"]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()

        let targets = try call("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
        guard let page = targets.first(where: { $0["type"] as? String == "page" })?["targetId"] as? String else {
            throw Failure(description: "the browser has no page")
        }
        session =
            try call("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
    }

    /// Ends the browser.
    func close() {
        _ = try? call("Browser.close")
        process.waitUntilExit()
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Sets the size of the window and what the reader prefers.
    func show(width: Int, theme: String, media: String = "") throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600])
        try call(
            "Emulation.setEmulatedMedia",
            ["media": media, "features": [["name": "prefers-color-scheme", "value": theme]]])
    }

    /// Opens a file and waits until it has been loaded.
    func open(_ path: String) throws {
        events = []
        try call("Page.navigate", ["url": URL(fileURLWithPath: path).absoluteString])
        while !events.contains(where: { $0.method == "Page.loadEventFired" }) { keep(try receive()) }
    }

    /// The value of a JavaScript expression on the page.
    func evaluate(_ expression: String) throws -> Any? {
        let answer = try call("Runtime.evaluate", ["expression": expression, "returnByValue": true])
        if let details = answer["exceptionDetails"] { throw Failure(description: "\(details)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    /// What the browser had to say since the page was opened: errors, warnings, messages, and requests.
    func complaints() throws -> [String] {
        // What is under way is told before the answer.
        _ = try evaluate("0")
        return events.compactMap { event in
            switch event.method {
            case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
                return "\(event.method): \(event.parameters)"
            case "Network.requestWillBeSent":
                let isPage = event.parameters["type"] as? String == "Document"
                return isPage ? nil : "request: \((event.parameters["request"] as? [String: Any])?["url"] ?? "")"
            default: return nil
            }
        }
    }

    /// Presses a key.
    func press(_ key: String) throws {
        for type in ["keyDown", "keyUp"] { try call("Input.dispatchKeyEvent", ["type": type, "key": key]) }
    }

    /// Moves the mouse.
    func point(x: Double, y: Double) throws {
        try call("Input.dispatchMouseEvent", ["type": "mouseMoved", "x": x, "y": y])
    }

    /// The page on paper, as a PDF.
    func printed() throws -> Data {
        let answer = try call("Page.printToPDF", ["preferCSSPageSize": true])
        return Data(base64Encoded: answer["data"] as? String ?? "") ?? Data()
    }

    @discardableResult
    private func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        callCount += 1
        var message: [String: Any] = ["id": callCount, "method": method, "params": parameters]
        message["sessionId"] = session
        commands.fileHandleForWriting.write(try JSONSerialization.data(withJSONObject: message) + [0])
        while true {
            let answer = try receive()
            guard answer["id"] as? Int == callCount else {
                keep(answer)
                continue
            }
            if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func keep(_ message: [String: Any]) {
        guard let method = message["method"] as? String else { return }
        events.append(Event(method: method, parameters: message["params"] as? [String: Any] ?? [:]))
    }

    private func receive() throws -> [String: Any] {
        while true {
            if let end = buffer.firstIndex(of: 0) {
                let message = buffer[buffer.startIndex..<end]
                buffer = Data(buffer[(end + 1)...])
                return try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any] ?? [:]
            }
            let data = answers.fileHandleForReading.availableData
            if data.isEmpty { throw Failure(description: "the browser has ended") }
            buffer += data
        }
    }
}
