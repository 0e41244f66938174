using System.Runtime.CompilerServices;
using Xunit.v3;

namespace RetinaSharp.Experiments.Tests.Reports;

/// <summary>A test that opens a page in a browser, of category Integration. Without a browser it is skipped, or fails where RETINASHARP_TESTS is "all".</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute, ITraitAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = "needs chromium";
        SkipType = typeof(BrowserFactAttribute);
        SkipUnless = nameof(IsRun);
    }

    public static bool IsRun { get; } = Browser.Executable is not null || Environment.GetEnvironmentVariable("RETINASHARP_TESTS") == "all";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
