using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Runs;

/// <summary>A training run that an experiment needs, whether it is finished or not.</summary>
/// <param name="Settings">The settings of the run.</param>
/// <param name="Folder">Path of the run folder, relative to the output folder.</param>
/// <param name="IsValidated">Whether the run is validated after each epoch, for its training curves.</param>
internal sealed record PlannedRun(RunSettings Settings, string Folder, bool IsValidated);
