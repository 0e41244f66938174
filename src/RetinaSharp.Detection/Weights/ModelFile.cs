using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>Reads and writes models as safetensors files: weights under torchvision's names, with a <see cref="ModelDescription"/> in the metadata.</summary>
public static class ModelFile
{
    /// <summary>File name of the weights of the best epoch in a run folder.</summary>
    public const string Best = "best.safetensors";

    /// <summary>File name of the latest weights in a run folder.</summary>
    public const string Last = "last.safetensors";

    private const string DescriptionKey = "retinasharp.model";

    /// <summary>
    /// Returns the path of a model file, given the path of the file or of its run folder. Of a run folder, the best weights are preferred to the last ones.
    /// </summary>
    /// <exception cref="WeightsException">There is no such file, or the folder has no weights.</exception>
    public static string Find(string path)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new WeightsException(path, "there is no such file or run folder");
        return new[] { Best, Last }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new WeightsException(path, $"the folder has neither {Best} nor {Last}: is it a run folder whose training has saved nothing yet?");
    }

    /// <summary>Writes a model atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">Names and tensors, in fp32.</param>
    /// <param name="description">The description, stored in the metadata.</param>
    /// <exception cref="IOException">The file cannot be written; it is unchanged.</exception>
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

    /// <summary>Reads a model's description without the weights.</summary>
    /// <exception cref="WeightsException">The file is corrupt, or not a RetinaSharp model.</exception>
    public static ModelDescription Describe(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var description = Describe(path, DescriptionIn(file));
        // A corrupt description may still parse, for example with other class names.
        file.VerifyChecksum();
        return description;
    }

    /// <summary>Reads a model in fp32 to the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <param name="components">Custom components of the network.</param>
    /// <returns>The weights, which the caller must dispose, and the description.</returns>
    /// <exception cref="WeightsException">The file is corrupt or not a RetinaSharp model, or its weights do not match its description.</exception>
    public static (NetworkState State, ModelDescription Description) Load(string path, NetworkComponents? components = null)
    {
        using var file = Open(path);
        var (description, architecture) = Check(file, components);
        return (NetworkState.Create(architecture, file.Read), description);
    }

    /// <summary>Opens a model file and verifies its checksum if it has one. Other tools that rewrite the file drop the checksum.</summary>
    /// <exception cref="WeightsException">The file is corrupt, or not a RetinaSharp model.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            // Reject files without a description before computing the checksum, which reads the whole file.
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

    /// <summary>Reads a model's description and checks that the file holds exactly the weights of the described network.</summary>
    /// <param name="file">The model file.</param>
    /// <param name="components">Custom components of the network.</param>
    /// <exception cref="WeightsException">The file is corrupt, or it has missing keys, unexpected keys or wrong shapes.</exception>
    public static ModelDescription Describe(SafetensorsFile file, NetworkComponents? components = null) => Check(file, components).Description;

    private static (ModelDescription Description, RetinaNetArchitecture Architecture) Check(SafetensorsFile file, NetworkComponents? components)
    {
        var description = Describe(file.Path, DescriptionIn(file));
        var architecture = Architecture(file.Path, description, components);
        // Checked before any allocation: a small file may describe a network that exceeds the memory. The architecture
        // itself is only a list of some hundred layers.
        var needed = 0;
        foreach (var layout in architecture.Tensors())
        {
            file.GetEntry(layout.Name).RequireShape(layout.Shape, file.Path);
            needed++;
        }

        return needed == file.Entries.Count
            ? (description, architecture)
            : throw new WeightsException(file.Path, $"it has {file.Entries.Count - needed} unexpected weights that are not part of the model, the first is {Unexpected(file, architecture)}");
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
            : throw new WeightsException(path, $"its network has custom components ({parts}), but {architecture.Names} were given: pass the {nameof(NetworkComponents)} that it was trained with");
    }

    private static string Unexpected(SafetensorsFile file, RetinaNetArchitecture architecture) =>
        SafetensorsHeaderParser.Show(file.Names.Except(architecture.Tensors().Select(layout => layout.Name)).First());

    /// <summary>Reads a model's description; null if the file has none.</summary>
    public static ModelDescription? TryDescribe(SafetensorsFile file) => file.Metadata.TryGetValue(DescriptionKey, out var text) ? Describe(file.Path, text) : null;

    private static string DescriptionIn(SafetensorsFile file) => file.Metadata.TryGetValue(DescriptionKey, out var text)
        ? text
        : throw new WeightsException(file.Path, $"the file holds weights but no model description (metadata key {DescriptionKey}); it was not written by RetinaSharp");

    private static ModelDescription Describe(string path, string text)
    {
        try
        {
            using var given = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false });
            CheckVersion(path, given.RootElement);
            if (given.RootElement.ValueKind == JsonValueKind.Object && !given.RootElement.TryGetProperty("settings", out _))
                throw new JsonException("the settings are missing");
            var description = SettingsJson.Complete(given.RootElement, new() { Settings = new(), Categories = [] }, SettingsJsonContext.Default.ModelDescription)
                ?? throw new WeightsException(path, "the model's description is empty");
            // RespectNullableAnnotations does not apply to list elements.
            if (description.Categories.Count == 0 || description.Categories.Any(category => category is null))
                throw new WeightsException(path, "the model has no classes");
            description.Settings.Validate();
            return description;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new WeightsException(path, $"the model's description is invalid: {error.Message}");
        }
    }

    /// <summary>Checks the version before all other members, because another version may have members that are unknown here.</summary>
    private static void CheckVersion(string path, JsonElement description)
    {
        if (description.ValueKind == JsonValueKind.Object && description.TryGetProperty("version", out var given)
            && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var version) && version != ModelDescription.CurrentVersion)
        {
            throw new WeightsException(path, $"the model's description has version {version}, but this version of RetinaSharp supports {ModelDescription.CurrentVersion}");
        }
    }
}
