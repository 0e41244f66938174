using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>A model as one safetensors file: weights under torchvision's names, and its description in the metadata.</summary>
public static class ModelFile
{
    /// <summary>Name of the weights of the best epoch in a run folder.</summary>
    public const string Best = "best.safetensors";

    /// <summary>Name of the latest weights in a run folder.</summary>
    public const string Last = "last.safetensors";

    private const string DescriptionKey = "retinasharp.model";

    /// <summary>The file of a model that is given as a file or as a run folder.</summary>
    /// <exception cref="WeightsException">There is none.</exception>
    public static string Find(string path)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new WeightsException(path, "there is no such file or run folder");
        return new[] { Best, Last }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new WeightsException(path, $"the folder has neither {Best} nor {Last}: is it a run folder whose training has saved nothing yet?");
    }

    /// <summary>Writes a model; the file is complete or not there at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">Names and tensors, in fp32.</param>
    /// <param name="description">The rest.</param>
    /// <exception cref="IOException">The file cannot be written; it is then as it was.</exception>
    internal static void Save(string path, IEnumerable<(string Name, Tensor Tensor)> state, ModelDescription description) =>
        Save(path, state.Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)), description);

    /// <inheritdoc cref="Save(string, IEnumerable{ValueTuple{string, Tensor}}, ModelDescription)"/>
    internal static void Save(string path, IEnumerable<SafetensorsEntry> state, ModelDescription description)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            [DescriptionKey] = JsonSerializer.Serialize(description, SettingsJsonContext.Default.ModelDescription),
        };
        SafetensorsWriter.Write(path, state, metadata);
    }

    /// <summary>Reads a model's description alone.</summary>
    /// <exception cref="WeightsException">The file is damaged, or no model of this program.</exception>
    public static ModelDescription Describe(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var description = Describe(path, DescriptionIn(file));
        // A damaged description may still be one, of other classes.
        file.VerifyChecksum();
        return description;
    }

    /// <summary>Reads a model, on the CPU, in fp32.</summary>
    /// <param name="path">The file.</param>
    /// <param name="components">Parts of the application's own that the network has.</param>
    /// <returns>Weights, to be disposed by the caller, and description.</returns>
    /// <exception cref="WeightsException">The file is damaged, or no model of this program, or its weights do not fit its description.</exception>
    public static (NetworkState State, ModelDescription Description) Load(string path, NetworkComponents? components = null)
    {
        using var file = Open(path);
        var (description, architecture) = Check(file, components);
        return (NetworkState.Fill(architecture, file.Read), description);
    }

    /// <summary>Opens a model's file and holds it against its checksum, where it has one: other tools that write it anew leave that out.</summary>
    /// <exception cref="WeightsException">The file is damaged, or no model of this program.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            // A file of other weights is told before its checksum is computed.
            DescriptionIn(file);
            file.VerifyChecksum();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a model's description and checks that the file holds its network's weights.</summary>
    /// <param name="file">The model.</param>
    /// <param name="components">Parts of the application's own that the network has.</param>
    /// <exception cref="WeightsException">The file is damaged, or its weights are those of another network.</exception>
    public static ModelDescription Describe(SafetensorsFile file, NetworkComponents? components = null) => Check(file, components).Description;

    private static (ModelDescription Description, RetinaNetArchitecture Architecture) Check(SafetensorsFile file, NetworkComponents? components)
    {
        var description = Describe(file.Path, DescriptionIn(file));
        var architecture = Architecture(file.Path, description, components);
        // Before any allocation: a small file may describe a network that no machine holds. The architecture is a list of some hundred layers, whatever their sizes.
        var needed = 0;
        foreach (var layout in architecture.Tensors())
        {
            file.Required(layout.Name).RequireShape(layout.Shape, file.Path);
            needed++;
        }

        return needed == file.Entries.Count
            ? (description, architecture)
            : throw new WeightsException(file.Path, $"{file.Entries.Count - needed} weights belong to no part of the model, the first is {Unexpected(file, architecture)}");
    }

    private static RetinaNetArchitecture Architecture(string path, ModelDescription description, NetworkComponents? components)
    {
        var parts = description.Settings.Model.Parts;
        RetinaNetArchitecture architecture;
        try
        {
            architecture = RetinaNetArchitecture.Create(description.Settings, description.Categories.Count, components);
        }
        catch (ArgumentException error) when (components is not null)
        {
            throw new WeightsException(path, error.Message);
        }

        return architecture.Names == parts
            ? architecture
            : throw new WeightsException(path, $"its network has parts of an application ({parts}), but loading got {architecture.Names}: pass the {nameof(NetworkComponents)} that it was trained with");
    }

    private static string Unexpected(SafetensorsFile file, RetinaNetArchitecture architecture) =>
        SafetensorsHeaderParser.Show(file.Names.Except(architecture.Tensors().Select(layout => layout.Name)).First());

    /// <summary>Reads a model's description; null where the file has none.</summary>
    public static ModelDescription? TryDescribe(SafetensorsFile file) => file.Metadata.TryGetValue(DescriptionKey, out var text) ? Describe(file.Path, text) : null;

    private static string DescriptionIn(SafetensorsFile file) => file.Metadata.TryGetValue(DescriptionKey, out var text)
        ? text
        : throw new WeightsException(file.Path, $"the file holds weights, but no description of a model (metadata {DescriptionKey}); it was not written by RetinaSharp");

    private static ModelDescription Describe(string path, string text)
    {
        try
        {
            using var given = JsonDocument.Parse(text);
            if (given.RootElement.ValueKind == JsonValueKind.Object && !given.RootElement.TryGetProperty("settings", out _))
                throw new JsonException("the settings are missing");
            var description = SettingsJson.Complete(given.RootElement, new() { Settings = new(), Categories = [] }, SettingsJsonContext.Default.ModelDescription)
                ?? throw new WeightsException(path, "the model's description is empty");
            if (description.Version != ModelDescription.CurrentVersion)
                throw new WeightsException(path, $"the model's description has version {description.Version}, this program knows {ModelDescription.CurrentVersion}");
            // The annotations of nullability do not reach into lists.
            if (description.Categories.Count == 0 || description.Categories.Any(category => category is null))
                throw new WeightsException(path, "the model has no classes");
            description.Settings.Validate();
            return description;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new WeightsException(path, $"the model's description cannot be understood: {error.Message}");
        }
    }
}
