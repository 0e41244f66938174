using System.ComponentModel;
using System.Diagnostics;
using System.Xml.Linq;

namespace RetinaSharp.Architecture.Tests;

/// <summary>The files of the checkout that the tests were built from; what builds leave there is not among them.</summary>
internal static class Checkout
{
    private static readonly string[] NotSources = ["artifacts", "bin", "obj", ".git", ".vs", ".vscode", ".idea", "runs", "TestResults", "node_modules"];

    /// <summary>Paths from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. (ListedByGit() ?? Walk("")).Where(file => File.Exists(PathOf(file))).Order(StringComparer.Ordinal)];

    public static string PathOf(string file) => Path.Combine(Repository.Root, file);

    public static string TextOf(string file) => File.ReadAllText(PathOf(file));

    /// <summary>The project files of a top-level folder.</summary>
    public static IEnumerable<string> Projects(string folder) => Files
        .Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>The name of the project that a project file, or a reference to it, is for.</summary>
    public static string NameOf(string projectFile) => Path.GetFileNameWithoutExtension(projectFile.Replace('\\', '/'));

    /// <summary>The C# files of a project.</summary>
    public static IEnumerable<string> CodeOf(string projectFile)
    {
        var folder = projectFile[..(projectFile.LastIndexOf('/') + 1)];
        return Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));
    }

    /// <summary>What the items of a kind in a project or solution file name, for example each ProjectReference.</summary>
    public static IEnumerable<string> Items(string file, string kind, string attribute = "Include") =>
        XDocument.Load(PathOf(file)).Descendants(kind).Select(item => item.Attribute(attribute)?.Value).OfType<string>();

    private static List<string>? ListedByGit()
    {
        // Where there is no git, or it does not trust the checkout's owner, the folders are walked.
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = Repository.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries)] : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(PathOf(folder)))
        {
            var name = Path.GetFileName(path);
            var relative = folder + name;
            if (!Directory.Exists(path))
                yield return relative;
            else if (!NotSources.Contains(name))
                foreach (var file in Walk(relative + "/"))
                    yield return file;
        }
    }
}
