using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Cli.Options;

/// <summary>Checks the folder of a training run, whose files the run replaces.</summary>
internal static class RunOutput
{
    /// <summary>File name of the settings of a run.</summary>
    public const string Config = "config.json";

    private const string Metrics = "metrics.jsonl";

    // Files whose presence means that a folder contains a run. The settings are not among them: a run that failed before its first step
    // leaves them behind.
    private static readonly string[] TrainedFiles = ["last.state", ModelFile.Last, ModelFile.Best];

    /// <summary>Checks that a run may write to a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isResumed">Whether a run in the folder is resumed.</param>
    /// <param name="config">File of settings that the command line gives; null if there is none.</param>
    /// <exception cref="UsageException">The folder contains a run that is not resumed, or files that the run would replace but no run has written, or is a file.</exception>
    public static void RequireUsable(string folder, bool isResumed, string? config)
    {
        OutputFolder.RequireFolder(folder);
        var hasRun = TrainedFiles.Any(name => File.Exists(Path.Combine(folder, name)));
        if (hasRun && !isResumed)
            throw new UsageException($"--out: {folder} holds a run; resume it (--resume), choose another folder, or delete it");
        if (hasRun)
            return;
        var own = Path.Combine(folder, Config);
        if (config is not null && !isResumed)
            OutputFolder.RequireNotAmong([config], own);
        if (File.Exists(own) ? !IsOfRun(own) : File.Exists(Path.Combine(folder, Metrics)))
            throw new UsageException($"--out: {folder} has a {(File.Exists(own) ? Config : Metrics)} that is not of a run and would be replaced; choose another folder");
    }

    private static bool IsOfRun(string config)
    {
        try
        {
            // A run writes all settings; a file of a user has those that differ from a preset.
            return SettingsJson.Write(SettingsJson.Read(config, new())).TrimEnd() == File.ReadAllText(config).TrimEnd();
        }
        catch (DatasetException)
        {
            return false;
        }
    }
}
