namespace RetinaSharp.AspNetCore.Models;

/// <summary>A model that the application registered.</summary>
/// <param name="Name">Name of the model, and of its options.</param>
internal sealed record ModelRegistration(string Name);
