using System.Text.Json;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The files of a run. Settings and weights are written beside and renamed, so that they are whole at every moment; metrics get a line an epoch.</summary>
internal sealed class RunFolder
{
    /// <summary>The resolved settings.</summary>
    public const string Config = "config.json";

    private const string Metrics = "metrics.jsonl";

    private readonly string _path;

    /// <summary>Makes the folder and writes the settings.</summary>
    public RunFolder(string path, RunSettings settings)
    {
        _path = path;
        Directory.CreateDirectory(path);
        var config = Path.Combine(path, Config);
        File.WriteAllText(config + ".tmp", SettingsJson.Write(settings) + "\n");
        File.Move(config + ".tmp", config, overwrite: true);
        File.WriteAllText(Path.Combine(path, Metrics), "");
    }

    /// <summary>Adds a line about an epoch.</summary>
    public void Append(TrainingEpoch epoch, long step, double learningRate, IReadOnlyDictionary<string, double> phases)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", epoch.Epoch);
            writer.WriteNumber("step", step);
            writer.WriteNumber("learning_rate", learningRate);
            writer.WriteNumber("loss_classification", epoch.Classification);
            writer.WriteNumber("loss_box", epoch.Box);
            if (epoch.Validation is { } validation)
            {
                writer.WriteNumber("validation_loss_classification", validation.Classification);
                writer.WriteNumber("validation_loss_box", validation.Box);
                foreach (var (name, value) in validation.Metrics.ByName())
                    writer.WriteNumber(name, value);
                writer.WriteBoolean("best", epoch.IsBest);
            }

            writer.WriteNumber("seconds", epoch.Elapsed.TotalSeconds);
            writer.WriteStartObject("phases");
            foreach (var (name, seconds) in phases)
                writer.WriteNumber(name, seconds);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        using var file = new FileStream(Path.Combine(_path, Metrics), FileMode.Append);
        buffer.WriteTo(file);
    }

    /// <summary>Writes weights under one of the names of <see cref="ModelFile"/>.</summary>
    public void Save(string name, IEnumerable<(string Name, Tensor Tensor)> state, ModelDescription description) =>
        ModelFile.Save(Path.Combine(_path, name), state, description);
}
