// The city of the journeys: the one that the packs of this repository publish first.
export const CITY = 'taiyuan';
export const CITY_NAME = '太原市';
export const AREA = '140100';
export const SOON = 'datong';
export const SOON_NAME = '大同市';
/** Tile on the home page, and its address. */
export const VIOLATIONS = { tile: '车辆违法', name: '机动车违法查询', id: 'vehicle-violation', department: 'traffic-police' };
/** A bill with an account: its tile, its address, and what the sandbox calls its company. */
export const ELECTRICITY = { tile: '电费', name: '电费查询缴费', id: 'electricity-bill', biller: 'electricity', department: '太原供电公司' };
export const POINTS = { tile: '驾驶证记分', id: 'licence-points', department: 'driver-register' };
