//! Where instances may go, and moving them.

use super::extract::{Answer, App, Call, Response};
use super::software_instance::document;
use crate::domain::ids::Reference;
use crate::domain::property::{PartitionType, PropertyChange};
use crate::master::Target;
use crate::wire::json_rpc::{PostSoftwareInstanceMove, PutComputeNodeAllocation, Success};

/// `slapos.put.WIP.compute_node_allocation`
pub async fn put_compute_node_allocation(
    app: App,
    call: Call<PutComputeNodeAllocation>,
) -> Answer<PutComputeNodeAllocation> {
    let Call(arguments, speaker) = call;
    let PutComputeNodeAllocation { computer_guid, compute_partition_id_list, closed, .. } = arguments;
    let partition_type =
        arguments.partition_type.map(|text| PartitionType::parse("partition_type", &text)).transpose()?;
    let change = PropertyChange { partition_type, ports: arguments.port_list, network: arguments.network_guid, closed };
    app.master.set_properties(computer_guid, compute_partition_id_list, change, speaker).await?;
    Ok(Response(Success::new("Changed")))
}

/// `slapos.post.WIP.software_instance_move`
pub async fn post_software_instance_move(
    app: App,
    call: Call<PostSoftwareInstanceMove>,
) -> Answer<PostSoftwareInstanceMove> {
    let Call(PostSoftwareInstanceMove { instance_guid, computer_guid }, speaker) = call;
    let computer = computer_guid.map(|computer| Reference::parse("computer_guid", &computer)).transpose()?;
    let moved = app.master.software_instance_move(Target::Guid(instance_guid), computer, speaker).await?;
    Ok(Response(document(&moved)))
}
