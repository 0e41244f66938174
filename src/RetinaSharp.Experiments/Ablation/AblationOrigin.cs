namespace RetinaSharp.Experiments.Ablation;

/// <summary>Where the figures of a table are from: what its reader needs to make it again.</summary>
/// <param name="Command">The command that makes it.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="Data">What was trained and measured on.</param>
/// <param name="Training">What all rows have in common: epochs, images of a step.</param>
/// <param name="Date">When it was made.</param>
public sealed record AblationOrigin(string Command, string Machine, string Data, string Training, DateOnly Date);
