namespace RetinaSharp.Experiments.Tests.Reports;

/// <summary>A test that opens a page; skipped where there is no browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        // Where all tests have to run, it fails instead.
        if (Browser.Executable is null && Environment.GetEnvironmentVariable("RETINASHARP_TESTS") != "all")
            Skip = "needs chromium";
    }
}
