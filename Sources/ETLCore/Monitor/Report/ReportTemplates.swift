internal import Foundation
internal import Mustache

/// The templates of the page, its style sheet and its script; all are files, embedded in the program.
struct ReportTemplates {
    private let library: MustacheLibrary
    /// The style sheet.
    let style: String
    /// The script.
    let script: String
    /// What a browser may load and run: the style sheet and the script of the page itself, told by their digests.
    let policy: String

    private static let files: [(name: String, bytes: [UInt8])] = [
        ("batches", PackageResources.batches_mustache), ("drift", PackageResources.drift_mustache),
        ("facts", PackageResources.facts_mustache), ("fan", PackageResources.fan_mustache),
        ("figure", PackageResources.figure_mustache), ("growth", PackageResources.growth_mustache),
        ("headline", PackageResources.headline_mustache), ("legend", PackageResources.legend_mustache),
        ("movers", PackageResources.movers_mustache), ("page", PackageResources.page_mustache),
        ("plot", PackageResources.plot_mustache), ("symbols", PackageResources.symbols_mustache),
        ("table", PackageResources.table_mustache),
    ]

    /// Parses the templates.
    ///
    /// - Throws: `JobError` (70) where one of them is malformed.
    init() throws {
        var library = MustacheLibrary()
        for (name, bytes) in Self.files {
            do {
                try library.register(String(decoding: bytes, as: UTF8.self), named: name)
            } catch {
                throw JobError(.defect, "template \(name): \(error)")
            }
        }
        self.library = library
        style = String(decoding: PackageResources.report_css, as: UTF8.self)
        script = String(decoding: PackageResources.report_js, as: UTF8.self)
        policy = """
            default-src 'none'; style-src 'sha256-\(try Self.digest(style))'; script-src 'sha256-\
            \(try Self.digest(script))'; base-uri 'none'; form-action 'none'
            """
    }

    /// The page as HTML.
    ///
    /// - Throws: `JobError` (70) where there is no such template.
    func render(_ page: ReportPage) throws -> String {
        guard let html = library.render(page, withTemplate: "page") else {
            throw JobError(.defect, "there is no template of the page")
        }
        return html
    }

    private static func digest(_ text: String) throws -> String {
        let digits = Array(try SHA256Digest.hex(of: text))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return Data(bytes).base64EncodedString()
    }
}
