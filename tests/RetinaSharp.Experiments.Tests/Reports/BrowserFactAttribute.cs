namespace RetinaSharp.Experiments.Tests.Reports;

/// <summary>A test that opens a page; skipped where there is no browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Executable is null)
            Skip = "needs chromium, which ./test.sh installs";
    }
}
