using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Demo;

/// <summary>A training run of the demo.</summary>
/// <param name="Name">Its name, such as "focal loss".</param>
/// <param name="Folder">Its run folder, within the folder of the demo.</param>
/// <param name="Settings">Its settings.</param>
public sealed record DemoRun(string Name, string Folder, RunSettings Settings);
