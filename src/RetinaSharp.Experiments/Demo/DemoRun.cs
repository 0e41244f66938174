using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Demo;

/// <summary>One of the trainings that the demonstration sets side by side.</summary>
/// <param name="Name">What it is called, such as "focal loss".</param>
/// <param name="Folder">Its run folder, within the demonstration's.</param>
/// <param name="Settings">Its settings.</param>
public sealed record Contender(string Name, string Folder, RunSettings Settings);
