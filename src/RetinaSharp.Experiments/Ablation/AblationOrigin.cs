namespace RetinaSharp.Experiments.Ablation;

/// <summary>Provenance of a table: what its reader needs to reproduce it.</summary>
/// <param name="Command">The command.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Data">Training and validation sets.</param>
/// <param name="Training">What all rows have in common: epochs, batch size, seeds.</param>
/// <param name="Date">Date of the last run.</param>
public sealed record AblationOrigin(string Command, string Machine, string Data, string Training, DateOnly Date);
