// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in our own targets; dependencies keep their own rules.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

// simdjson's pkg-config file names a flag that SwiftPM warns of, so Homebrew's folders stand here.
#if os(macOS)
    let homebrewHeaders = ["-isystem", "/opt/homebrew/include", "-isystem", "/usr/local/include"]
    let homebrewLibraries = ["-L/opt/homebrew/lib", "-L/usr/local/lib"]
#else
    let homebrewHeaders: [String] = []
    let homebrewLibraries: [String] = []
#endif

let package = Package(
    name: "score-percentile-job",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "etl-job", targets: ["ETLJob"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // The C libraries of the system.
        .systemLibrary(
            name: "CLibPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CLibCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .target(
            name: "CSimdJSON",
            cxxSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"] + homebrewHeaders)],
            linkerSettings: [.linkedLibrary("simdjson"), .unsafeFlags(homebrewLibraries)]),

        // Arrows point one way: ETLJob → ETLCore → PostgresClient → CLibPQ.
        .target(name: "PostgresClient", dependencies: ["CLibPQ"], swiftSettings: strict),
        .target(
            name: "ETLCore",
            dependencies: [
                "PostgresClient", "CSimdJSON", "CLibCrypto",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            resources: [.embedInCode("SQL"), .embedInCode("Monitor/Report/Templates")],
            swiftSettings: strict),
        .executableTarget(
            name: "ETLJob",
            dependencies: [
                "ETLCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Tests, by what they need.
        .target(
            name: "TestSupport",
            dependencies: [
                "PostgresClient", "ETLCore",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "PureTests", dependencies: ["ETLCore", "PostgresClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DatabaseTests", dependencies: ["ETLCore", "PostgresClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BrowserTests",
            dependencies: [
                "ETLCore", "TestSupport", .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["checks.js"], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["ETLJob", "PostgresClient", "TestSupport"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "FaultTests", dependencies: ["ETLJob", "ETLCore", "PostgresClient", "TestSupport"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
