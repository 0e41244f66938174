using System.Text.Json;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>What the processes of a training run check and agree on: the same data at its start, the same weights and decisions after each epoch.</summary>
internal static class RunAgreement
{
    /// <summary>Checks that all processes have the same settings and data.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="start">The initial checkpoint of this process.</param>
    /// <exception cref="DistributedException">A process has other settings or data. The message names it.</exception>
    public static void RequireEqualStart(IProcessGroup group, Checkpoint start)
    {
        RequireEqualSettings(group, [start.Settings]);
        RequireEqualData(group, start.TrainingData, start.ValidationData);
    }

    /// <summary>Checks that all processes have the same settings.</summary>
    /// <exception cref="DistributedException">A process has others. The message names it.</exception>
    public static void RequireEqualSettings(IProcessGroup group, IEnumerable<RunSettings> settings) =>
        group.RequireEqual(string.Join('\n', settings.Select(SettingsJson.Write)), "other settings: start all processes with the same command, and copies of the same settings file");

    /// <summary>Checks that all processes have the same data.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="training">Digest of the training set.</param>
    /// <param name="validation">Digest of the validation set; null: none.</param>
    /// <exception cref="DistributedException">A process has others. The message names it.</exception>
    public static void RequireEqualData(IProcessGroup group, string training, string? validation)
    {
        group.RequireEqual(training, "other training data: images, boxes or classes differ, so copy the dataset again");
        group.RequireEqual(validation ?? "", "other validation data: images, boxes or classes differ, so copy the dataset again");
    }

    /// <summary>Returns the checkpoint of rank 0 in all processes; null if it has none.</summary>
    public static Checkpoint? Broadcast(IProcessGroup group, Checkpoint? at)
    {
        if (group.Size == 1)
            return at;
        var text = group.BroadcastText(at is null ? "" : JsonSerializer.Serialize(at, SettingsJsonContext.Default.Checkpoint));
        return group.Rank == 0 ? at : text.Length == 0 ? null : JsonSerializer.Deserialize(text, SettingsJsonContext.Default.Checkpoint);
    }

    /// <summary>Checks that all processes have the same weights, and returns the checkpoint of rank 0, which decides on the best epoch and the end of the run.</summary>
    /// <exception cref="DistributedException">Weights differ. The message names the process.</exception>
    public static Checkpoint AfterEpoch(IProcessGroup group, Checkpoint at, TrainingState state)
    {
        if (group.Size == 1)
            return at;
        group.RequireEqual(state.DigestWeights(), $"other weights than rank 0 after epoch {at.Epoch}: running statistics differ if kinds of processors round differently, so use machines of the same kind, and resume from the last checkpoint");
        return Broadcast(group, at)!;
    }
}
