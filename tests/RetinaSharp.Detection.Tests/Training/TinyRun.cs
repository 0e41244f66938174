using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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

    /// <summary>The same for a network with a quarter of the weights, for tests that compare runs and need none that learns.</summary>
    public static RunSettings Narrow { get; } = Settings with { Model = Settings.Model with { Width = .125, PyramidChannels = 32, HeadConvolutions = 1 } };

    public static RunSettings With(Func<TrainingSettings, TrainingSettings> change) => Settings with { Training = change(Settings.Training) };

    public static RunSettings NarrowWith(Func<TrainingSettings, TrainingSettings> change) => Narrow with { Training = change(Narrow.Training) };

    public static TrainingResult Train(
        RunSettings settings, DetectionDataset train, string folder, DetectionDataset? validation = null, Reports? reports = null, CancellationToken cancellationToken = default) =>
        new Trainer(settings, train, validation, Options(folder, reports)).Train(reports, cancellationToken);

    public static TrainerOptions Options(string folder, ILogger? logger = null) => new() { Folder = folder, Precision = Precision.Fp32, Threads = 2, Logger = logger ?? NullLogger.Instance };

    /// <summary>The weights of a file by name.</summary>
    public static Dictionary<string, float[]> Weights(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(name => name, file.ReadFp32);
    }

    /// <summary>Keeps progress and log messages, except the one that depends on the machine, and calls back at once.</summary>
    internal sealed class Reports(Action<TrainingProgress>? callback = null) : IProgress<TrainingProgress>, ILogger
    {
        private readonly List<(LogLevel Level, string Text)> _messages = [];

        public List<TrainingProgress> All { get; } = [];

        public IEnumerable<string> Messages => _messages.Select(message => message.Text);

        public IEnumerable<string> Warnings => _messages.Where(message => message.Level == LogLevel.Warning).Select(message => message.Text);

        public IEnumerable<TrainingEpoch> Epochs => All.OfType<TrainingEpoch>();

        public void Report(TrainingProgress value)
        {
            All.Add(value);
            callback?.Invoke(value);
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _messages.AddRange(eventId.Name == nameof(TrainingLog.NoOneDnn) ? [] : [(logLevel, formatter(state, exception))]);

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
