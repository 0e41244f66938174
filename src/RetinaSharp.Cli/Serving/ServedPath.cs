using RetinaSharp.Cli.Options;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Serving;

/// <summary>A model on the command line of <c>retina serve</c>.</summary>
/// <param name="Name">Name in URLs: that of the file or run folder, without its extension.</param>
/// <param name="Path">Path of the model file, in a run folder the best one.</param>
internal sealed record ServedPath(string Name, string Path)
{
    // The characters that need no escape in a URL.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';

    /// <summary>Finds the model files and names them.</summary>
    /// <exception cref="UsageException">Two models are the same file, or have the same name.</exception>
    /// <exception cref="WeightsException">There is no such file, or a folder has no weights.</exception>
    public static IReadOnlyList<ServedPath> Create(IReadOnlyList<string> models)
    {
        ServedPath[] served = [.. models.Select(model => new ServedPath(NameOf(model), DetectorLoader.IsOnnx(model) ? model : ModelFile.Find(model)))];
        if (served.GroupBy(model => System.IO.Path.GetFullPath(model.Path)).FirstOrDefault(group => group.Count() > 1) is { Key: var path })
            throw new UsageException($"MODEL: {path} is given twice");
        return served.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var name }
            ? throw new UsageException($"MODEL: two models are named '{name}': models are named by their files, so rename one")
            : served;
    }

    private static string NameOf(string model)
    {
        var file = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(model)));
        var name = Directory.Exists(model) ? file : System.IO.Path.GetFileNameWithoutExtension(file);
        return string.Concat(name.Select(c => IsPlain(c) ? c : '-')).Trim('.') is { Length: > 0 } plain ? plain : "model";
    }
}
