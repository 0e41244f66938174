namespace RetinaSharp.Torch;

/// <summary>The engine or a device cannot be used: says what was looked for, where, and what to install.</summary>
/// <param name="message">The whole text.</param>
public sealed class TorchUnavailableException(string message) : Exception(message);
