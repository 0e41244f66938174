namespace RetinaSharp.Experiments.Ablation;

/// <summary>Provenance of a table: what a reader needs to know to reproduce it, as text.</summary>
/// <param name="Command">The command that reproduces the table.</param>
/// <param name="Machine">Description of the machine.</param>
/// <param name="Data">Description of the training and validation sets.</param>
/// <param name="Training">The training settings that all rows share: epochs, images per step, number of seeds.</param>
/// <param name="Date">Date on which the table was written.</param>
public sealed record AblationOrigin(string Command, string Machine, string Data, string Training, DateOnly Date);
