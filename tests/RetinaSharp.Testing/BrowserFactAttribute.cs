using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace RetinaSharp.Testing;

/// <summary>A test that opens a page in a browser, of category Integration. Without a browser it is skipped, or fails where RETINASHARP_TESTS is "all".</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute, ITraitAttribute
{
    /// <summary>Marks a test.</summary>
    public BrowserFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = "needs chromium";
        SkipType = typeof(BrowserFactAttribute);
        SkipUnless = nameof(IsRun);
    }

    /// <summary>Whether such tests are run.</summary>
    public static bool IsRun { get; } = Browser.Executable is not null || Environment.GetEnvironmentVariable("RETINASHARP_TESTS") == "all";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
