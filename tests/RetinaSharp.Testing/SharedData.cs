namespace RetinaSharp.Testing;

/// <summary>The folder of real data and reference results beside the checkout. It is not part of the repository.</summary>
public static class SharedData
{
    private static readonly string? Root = Find();

    /// <summary>Whether there is such a folder.</summary>
    public static bool IsThere => Root is not null;

    /// <summary>The path of a file or folder under the shared folder.</summary>
    /// <exception cref="InvalidOperationException">There is no such folder; see <see cref="SharedDataFactAttribute"/>.</exception>
    public static string At(params string[] parts) => Path.Combine([Root ?? throw new InvalidOperationException("no shared folder"), .. parts]);

    private static string? Find()
    {
        var shared = Path.Combine(Repository.Root, "..", "shared");
        return Directory.Exists(Path.Combine(shared, "data")) ? Path.GetFullPath(shared) : null;
    }
}
