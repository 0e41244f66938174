using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>The files of a search in its folder.</summary>
public static class TuningFolder
{
    private const string Start = "start.json";

    /// <summary>Returns the path of the settings of the best trial, in the format of a run folder's config.json, with the full number of epochs.</summary>
    /// <param name="folder">The folder of the search.</param>
    public static string Best(string folder) => Path.Combine(folder, "best.json");

    /// <summary>Returns the path of the HTML report.</summary>
    /// <param name="folder">The folder of the search.</param>
    public static string Report(string folder) => Path.Combine(folder, "report.html");

    /// <summary>Reads the state of the search in a folder, or creates a new one.</summary>
    /// <param name="start">The settings that the search starts from.</param>
    /// <param name="created">The state of a new search with the same data and engine.</param>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <exception cref="ArgumentException">The folder contains another search; the message names the difference.</exception>
    /// <exception cref="DatasetException">A file is corrupt.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    internal static TuningState Open(RunSettings start, TuningState created, string folder)
    {
        var path = Path.Combine(folder, Start);
        if (File.Exists(path))
        {
            var found = TuningState.Find(folder) ?? created;
            var difference = SettingsJson.Differences(SettingsJson.Read(path, new()), start).FirstOrDefault()
                ?? (found.TrainingData != created.TrainingData ? "its training data are others, or have changed since"
                    : found.ValidationData != created.ValidationData ? "its validation data are others, or have changed since"
                    : found.Engine != created.Engine ? $"it was computed with {found.Engine}, not with {created.Engine}"
                    : null);
            if (difference is not null)
                throw new ArgumentException($"{folder} contains another search: {difference}. Repeat its command to continue it, or choose another folder.");
            if (SearchSpace.DiffersFrom(found.SpaceVersion, start))
                throw new ArgumentException($"{folder} contains a search of an earlier version, which varied other settings: choose another folder.");
            return found;
        }

        Directory.CreateDirectory(folder);
        created.Write(folder);
        WriteSettings(path, start);
        return created;
    }

    /// <summary>Writes best.json if that is wanted, and deletes the weights of all other trials.</summary>
    internal static void KeepBest(string folder, IEnumerable<Trial> trials, bool writesSettings)
    {
        if (Trial.FindBest(trials) is not { } best)
            return;
        if (writesSettings)
            WriteSettings(Best(folder), best.Settings);
        foreach (var run in trials.SelectMany(trial => trial.Runs.Select(run => run.Result)).Where(run => run.Folder != best.Last!.Folder))
        {
            // The folder of a run that another process trained may be on its machine. With early stopping there are also the weights of the best epoch.
            foreach (var weights in new[] { ModelFile.Last, ModelFile.Best }.Select(name => Path.Combine(folder, run.Folder, name)).Where(File.Exists))
                File.Delete(weights);
        }
    }

    /// <summary>Writes tuning.json and report.html; existing files are replaced.</summary>
    internal static void Write(TuningOptions options, TuningResult result)
    {
        AtomicFile.Write(Path.Combine(options.Folder, "tuning.json"), file =>
        {
            using var writer = new Utf8JsonWriter(file, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            writer.WriteStartObject();
            TuningJson.Write(writer, options, result);
            writer.WriteEndObject();
        });
        HtmlReport.Write(TuningReport.Create(options, result), Report(options.Folder));
    }

    private static void WriteSettings(string path, RunSettings settings) =>
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(SettingsJson.Write(settings) + "\n")));
}
