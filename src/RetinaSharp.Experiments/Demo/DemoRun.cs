using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Demo;

/// <summary>A training run of <see cref="FocalLossDemo"/>, before it is trained.</summary>
/// <param name="Name">Name of the run, such as "focal loss".</param>
/// <param name="Folder">Name of the run folder, within the output folder of the demo.</param>
/// <param name="Settings">The settings of the run.</param>
public sealed record DemoRun(string Name, string Folder, RunSettings Settings);
