using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// Registers modules under dotted names, with a container module for each intermediate name, so that the state dictionary has torchvision's keys.
/// </summary>
/// <param name="root">Module that the names are relative to.</param>
internal sealed class ModuleTree(nn.Module root)
{
    private readonly Dictionary<string, ModuleTree> _branches = [];

    /// <summary>Registers a module.</summary>
    /// <param name="path">Name relative to the root, such as <c>backbone.body.layer1.0.conv1</c>.</param>
    /// <param name="module">Module to register.</param>
    public void Register(string path, nn.Module module)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            root.register_module(path, module);
            return;
        }

        var name = path[..dot];
        if (!_branches.TryGetValue(name, out var branch))
        {
            var holder = new Holder(name);
            root.register_module(name, holder);
            _branches.Add(name, branch = new(holder));
        }

        branch.Register(path[(dot + 1)..], module);
    }

    private sealed class Holder(string name) : nn.Module(name);
}
