namespace RetinaSharp.Testing;

/// <summary>
/// The folder of real data and peers' reference results that developers keep beside the checkout. It is not part of the
/// repository, so a test that needs it is skipped, and says so, where it is not there.
/// </summary>
internal static class SharedData
{
    private static readonly string? Root = Find();

    /// <summary>Path of a file or folder under the shared folder.</summary>
    public static string At(params string[] parts) => Path.Combine([Root ?? throw new InvalidOperationException("no shared folder"), .. parts]);

    public static bool IsThere => Root is not null;

    private static string? Find()
    {
        var shared = Path.Combine(Repository.Root, "..", "shared");
        return Directory.Exists(Path.Combine(shared, "data")) ? Path.GetFullPath(shared) : null;
    }
}

/// <summary>A test that needs <see cref="SharedData"/>; skipped where it is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (!SharedData.IsThere)
            Skip = "needs ../shared beside the checkout";
    }
}

/// <summary>A theory that needs <see cref="SharedData"/>; skipped where it is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute()
    {
        if (!SharedData.IsThere)
            Skip = "needs ../shared beside the checkout";
    }
}
