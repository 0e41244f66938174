using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings of a second or so.</summary>
internal static class TinyRun
{
    public static RunSettings Settings { get; } = Presets.Tiny with
    {
        Input = new(64, 96),
        Augmentation = AugmentationSettings.None,
        Training = Presets.Tiny.Training with { Epochs = 2, Batch = 4, Seed = 1 },
    };

    public static RunSettings With(Func<TrainingSettings, TrainingSettings> change) => Settings with { Training = change(Settings.Training) };

    public static TrainingResult Train(
        RunSettings settings, DetectionDataset train, string folder, DetectionDataset? validation = null, Reports? reports = null, CancellationToken cancellationToken = default) =>
        new Trainer(settings, train, validation, Options(folder)).Train(reports, cancellationToken);

    public static TrainerOptions Options(string folder) => new() { Folder = folder, Precision = Precision.Fp32, Threads = 2 };

    /// <summary>The weights of a file by name.</summary>
    public static Dictionary<string, float[]> Weights(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(name => name, file.ReadSingles);
    }

    /// <summary>Keeps what a training reports, and tells of it at once.</summary>
    internal sealed class Reports(Action<TrainingProgress>? told = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> All { get; } = [];

        public IEnumerable<string> Warnings => All.OfType<TrainingNote>().Where(note => note.IsWarning).Select(note => note.Text);

        public IEnumerable<TrainingEpoch> Epochs => All.OfType<TrainingEpoch>();

        public void Report(TrainingProgress value)
        {
            All.Add(value);
            told?.Invoke(value);
        }
    }
}
