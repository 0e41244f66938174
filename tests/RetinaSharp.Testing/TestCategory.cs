namespace RetinaSharp.Testing;

/// <summary>Traits of the attributes that mark a test by what it needs. A test without a category is fast.</summary>
public static class TestCategory
{
    internal const string NeedsSharedData = "needs ../shared beside the checkout";

    /// <summary>The trait of tests that need more than the process they run in: another process, a browser, packages, data beside the checkout.</summary>
    public static IReadOnlyCollection<KeyValuePair<string, string>> Integration { get; } = [new("Category", "Integration")];
}
